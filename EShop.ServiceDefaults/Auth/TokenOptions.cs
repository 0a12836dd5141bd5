using System.ComponentModel.DataAnnotations;

namespace EShop.ServiceDefaults;

/// <summary>What every token says of where it comes from and whom it is for (<c>Tokens</c> in the configuration, the same for all services).</summary>
public sealed class TokenOptions
{
    /// <summary>The <c>iss</c> claim.</summary>
    [Required]
    public string Issuer { get; set; } = "https://users.eshop.test";

    /// <summary>The <c>aud</c> claim.</summary>
    [Required]
    public string Audience { get; set; } = "eshop";
}
