using System.Globalization;
using EShop.Contracts;
using FluentValidation;

namespace EShop.Cart.Checkout;

/// <summary>Whom the invoice is made out to.</summary>
/// <param name="Country">ISO 3166-1 alpha-2, in any case.</param>
internal sealed record BillingAddress(string Name, string Line1, string City, string PostalCode, string Country, string? TaxId = null)
{
    public Billing ToContract() => new(
        Name.Trim(), string.IsNullOrWhiteSpace(TaxId) ? null : TaxId.Trim(), Line1.Trim(), City.Trim(), PostalCode.Trim(), Country.Trim().ToUpperInvariant());

    internal sealed class Validator : AbstractValidator<BillingAddress>
    {
        public Validator()
        {
            RuleFor(billing => billing.Name).NotEmpty().MaximumLength(200).Must(BeOneLine).WithMessage(OneLine);
            RuleFor(billing => billing.TaxId).MaximumLength(50).Must(BeOneLine).WithMessage(OneLine);
            RuleFor(billing => billing.Line1).NotEmpty().MaximumLength(200).Must(BeOneLine).WithMessage(OneLine);
            RuleFor(billing => billing.City).NotEmpty().MaximumLength(100).Must(BeOneLine).WithMessage(OneLine);
            RuleFor(billing => billing.PostalCode).NotEmpty().MaximumLength(20).Must(BeOneLine).WithMessage(OneLine);
            RuleFor(billing => billing.Country).Must(country => Countries.Contains(country.Trim().ToUpperInvariant()))
                .WithMessage("Must be the two letters of ISO 3166, for example ES.");
        }

        private const string OneLine = "Must be one line of text, without control characters.";

        // A line break or a control character in an address would break the invoice's layout, or hide text in it.
        private static bool BeOneLine(string? text) => text is null || text.All(character => char.GetUnicodeCategory(character)
            is not (UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator));

        // Written out: the services run without ICU, which is where .NET has its regions from.
        private static readonly HashSet<string> Countries = [.. """
            AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV
            CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM
            IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW
            MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS
            ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
            """.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries)];
    }
}
