namespace EShop.Bill.Drawing;

/// <summary>A card's brand as its owner knows it; Stripe writes it in lower case with underscores.</summary>
internal static class CardBrand
{
    public static string NameOf(string brand) => brand switch
    {
        "amex" => "American Express",
        "cartes_bancaires" => "Cartes Bancaires",
        "diners" => "Diners Club",
        "eftpos_au" => "eftpos Australia",
        "jcb" => "JCB",
        "mastercard" => "Mastercard",
        "unionpay" => "UnionPay",
        "" => "",
        _ => char.ToUpperInvariant(brand[0]) + brand[1..].Replace('_', ' '),
    };
}
