using System.ComponentModel.DataAnnotations;
using EShop.Contracts;

namespace EShop.Cart;

/// <summary>What Cart needs to know of the store (<c>Store:*</c>, shared by all services).</summary>
internal sealed class StoreOptions
{
    [RegularExpression("^[A-Z]{3}$")]
    public string Currency { get; set; } = "EUR";

    /// <summary>The language of an invoice whose buyer named none.</summary>
    [RegularExpression("^(es|en)$")]
    public string Locale { get; set; } = "en";

    public Currency Money => new(Currency);
}
