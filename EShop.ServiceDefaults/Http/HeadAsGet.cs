using Microsoft.AspNetCore.Http;

namespace EShop.ServiceDefaults;

/// <summary>What can be read by GET can be asked for by HEAD (RFC 9110, 9.1): it is routed as one, and the server leaves the body out by itself, since it remembers what was asked.</summary>
internal sealed class HeadAsGet(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext http)
    {
        if (HttpMethods.IsHead(http.Request.Method))
            http.Request.Method = HttpMethods.Get;
        return next(http);
    }
}
