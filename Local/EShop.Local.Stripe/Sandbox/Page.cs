using System.Globalization;
using System.Net;

namespace EShop.Local.Stripe;

/// <summary>The frame of the sandbox's pages for a person: no script, readable at 360 px, light and dark.</summary>
internal static class Page
{
    private const string Css = """
        :root{color-scheme:light dark;--line:light-dark(#d5d9e0,#3a404b);--soft:light-dark(#f4f6f9,#1e2229);--ink:light-dark(#1a1f28,#e8ebf0);--dim:light-dark(#586272,#a3adbb);--mark:light-dark(#0b57b7,#8ab8ff)}
        *{box-sizing:border-box}
        body{margin:0 auto;max-width:72rem;padding:1rem;font:1rem/1.5 system-ui,sans-serif;color:var(--ink);background:light-dark(#fff,#14171c)}
        h1{font-size:1.5rem;margin:.5rem 0}h2{font-size:1.15rem;margin:2rem 0 .5rem}
        a{color:var(--mark)}a:focus-visible,button:focus-visible,select:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:3px solid var(--mark);outline-offset:2px}
        .note,small{color:var(--dim)}
        .scroll{overflow-x:auto;border:1px solid var(--line);border-radius:.5rem}
        table{border-collapse:collapse;width:100%;font-size:.9rem}
        th,td{text-align:left;padding:.4rem .7rem;border-bottom:1px solid var(--line);white-space:nowrap}
        tr:last-child td{border-bottom:0}th{background:var(--soft)}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
        dl{display:flex;flex-wrap:wrap;gap:.5rem;margin:1rem 0}dl div{background:var(--soft);border-radius:.5rem;padding:.5rem .9rem}dt{color:var(--dim);font-size:.85rem}dd{margin:0;font-size:1.2rem;font-weight:600}
        button{font:inherit;padding:.6rem 1.2rem;min-height:2.75rem;border:1px solid var(--mark);border-radius:.5rem;background:var(--mark);color:light-dark(#fff,#14171c)}button.quiet{background:transparent;color:var(--mark)}
        .switches{display:flex;flex-wrap:wrap;gap:.5rem;align-items:center;margin:.5rem 0}select{font:inherit;min-height:2.75rem;max-width:100%;padding:.4rem;border:1px solid var(--line);border-radius:.5rem;background:var(--soft);color:var(--ink)}
        """;

    public static IResult Html(string title, string body, int status = 200) => Results.Content($"""
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{Text(title)} · EShop's Stripe sandbox</title><style>{Css}</style></head>
        <body><main><h1>{Text(title)}</h1>
        {body}
        </main></body>
        </html>
        """, "text/html; charset=utf-8", statusCode: status);

    public static string Text(string? text) => WebUtility.HtmlEncode(text ?? "");

    /// <summary>Minor units as a person reads them; yen has none, a dinar has thousandths.</summary>
    public static string Money(long minor, string currency)
    {
        var decimals = currency switch { "jpy" => 0, "kwd" => 3, _ => 2 };
        return $"{(minor / (decimal)Math.Pow(10, decimals)).ToString($"N{decimals}", CultureInfo.InvariantCulture)} {currency.ToUpperInvariant()}";
    }

    public static string Time(long unixSeconds) => DateTimeOffset.FromUnixTimeSeconds(unixSeconds).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
