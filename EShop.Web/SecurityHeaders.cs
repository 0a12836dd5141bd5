namespace EShop.Web;

/// <summary>What every answer tells a browser: this is data, take it as the type it says, run nothing, frame it nowhere, tell nobody where you came from.</summary>
internal static class SecurityHeaders
{
    public static void UseSecurityHeaders(this WebApplication app) => app.Use((http, next) =>
    {
        // At the start of the answer, so that they stand on errors too and over what a service may say.
        http.Response.OnStarting(static state =>
        {
            var context = (HttpContext)state;
            var headers = context.Response.Headers;
            headers.XContentTypeOptions = "nosniff";
            headers.XFrameOptions = "DENY";
            headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
            headers["Referrer-Policy"] = "no-referrer";
            if (context.Request.IsHttps)
                headers.StrictTransportSecurity = "max-age=31536000";
            headers.Remove("Server");
            headers.Remove("X-Powered-By");
            return Task.CompletedTask;
        }, http);
        return next(http);
    });
}
