using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace EShop.ServiceDefaults;

/// <summary>A NUL in a path or a query can't be stored or searched for: refused here, once for all, instead of failing in the database.</summary>
internal sealed class RefuseUnstorableText(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext http) =>
        http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Contains("%00", StringComparison.Ordinal)
            ? Problem.Invalid("url", "The address holds a NUL character.").ExecuteAsync(http)
            : next(http);
}
