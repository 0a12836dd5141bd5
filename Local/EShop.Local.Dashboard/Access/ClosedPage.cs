namespace EShop.Local.Dashboard.Access;

/// <summary>What a browser sees that has not followed the link.</summary>
internal static class ClosedPage
{
    public const string Html = """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>EShop dashboard: not logged in</title>
        <style>body { font: 1rem/1.5 system-ui, sans-serif; max-width: 36rem; margin: 4rem auto; padding: 0 1rem } code { overflow-wrap: anywhere }</style>
        </head>
        <body>
        <main>
        <h1>This dashboard opens by its link</h1>
        <p>It shows secrets and stops services, so it asks who is there. The link with the token is printed in the terminal where the shop was started,
        once all is up: <code>http://localhost:5180/login?t=…</code></p>
        <p>Was it started in the background? Then <code>.eshop/logs/host.log</code> has the link.</p>
        </main>
        </body>
        </html>
        """;
}
