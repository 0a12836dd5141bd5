using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace EShop.ServiceDefaults;

/// <summary>Where guests are let in, somebody whose token has expired is told so, instead of being taken for a guest with an empty cart.</summary>
internal sealed class RefuseBadTokenOfGuest(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext http) =>
        http.User.Identity?.IsAuthenticated != true && http.Request.Headers.Authorization.Count > 0 && http.GetEndpoint()?.Metadata.GetMetadata<AllowsGuests>() is not null
            ? http.ChallengeAsync()
            : next(http);
}
