using System.Security.Cryptography;
using System.Text;
using EShop.Local.Dashboard.Otlp;

namespace EShop.Local.Dashboard.Access;

/// <summary>Lets in who followed the login link, and programs that bring its token. Environments hold secrets, and commands stop services.</summary>
internal static class Gate
{
    private const string Cookie = "eshop-dashboard";

    public static void UseGate(this WebApplication app)
    {
        var access = app.Services.GetRequiredService<AccessOptions>();

        // Made of the token, not the token itself: a cookie lies in the browser's files, and the link is for the terminal alone.
        var ticket = Convert.ToHexString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(access.Token), "dashboard cookie"u8));
        app.Use(async (http, next) =>
        {
            var headers = http.Response.Headers;
            headers.ContentSecurityPolicy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'self'; form-action 'self'";
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "no-referrer";
            if (IsOpen(http.Request.Path) || Secret.Equal(http.Request.Cookies[Cookie], ticket) || Secret.Equal(Bearer(http.Request), access.Token))
                await next();
            else
                await RefuseAsync(http);
        });
        app.MapGet("/login", (HttpContext http, string? t) =>
        {
            if (!Secret.Equal(t, access.Token))
                return Closed();
            http.Response.Cookies.Append(Cookie, ticket, new() { HttpOnly = true, SameSite = SameSiteMode.Strict, IsEssential = true });
            return Results.Redirect("/");
        });
        app.MapGet("/health", () => "Healthy");
    }

    // OTLP has a key of its own.
    private static bool IsOpen(PathString path) =>
        path == "/health" || path == "/login" || path.StartsWithSegments(HttpIntake.Path) || path.StartsWithSegments("/opentelemetry.proto.collector.trace.v1.TraceService")
        || path.StartsWithSegments("/opentelemetry.proto.collector.metrics.v1.MetricsService") || path.StartsWithSegments("/opentelemetry.proto.collector.logs.v1.LogsService");

    private static string? Bearer(HttpRequest request) =>
        request.Headers.Authorization.ToString() is var header && header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header[7..] : null;

    private static Task RefuseAsync(HttpContext http) => http.Request.Path.StartsWithSegments("/api")
        ? Results.Problem("This takes the dashboard's token: 'Authorization: Bearer TOKEN'.", statusCode: StatusCodes.Status401Unauthorized).ExecuteAsync(http)
        : Closed().ExecuteAsync(http);

    private static IResult Closed() => Results.Content(ClosedPage.Html, "text/html; charset=utf-8", statusCode: StatusCodes.Status401Unauthorized);
}
