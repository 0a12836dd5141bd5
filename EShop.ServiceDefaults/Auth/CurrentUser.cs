using System.Security.Claims;
using Microsoft.AspNetCore.Http;

namespace EShop.ServiceDefaults;

/// <summary>Who makes this request, as the token says: take it as a parameter of a handler.</summary>
public sealed class CurrentUser(IHttpContextAccessor accessor)
{
    private ClaimsPrincipal? Principal => accessor.HttpContext?.User;

    /// <summary>Whether there was a valid token.</summary>
    public bool IsAuthenticated => Principal?.Identity?.IsAuthenticated == true;

    /// <summary>The user's id, or null for a guest.</summary>
    public Guid? IdOrNull => IsAuthenticated && Guid.TryParse(Principal!.FindFirstValue("sub"), out var id) ? id : null;

    /// <summary>The user's id.</summary>
    /// <exception cref="InvalidOperationException">There is no user: the route lacks <c>RequireUser()</c>.</exception>
    public Guid Id => IdOrNull ?? throw new InvalidOperationException("No user on this request: the route needs RequireUser().");

    /// <summary>The name in the token.</summary>
    public string Name => Principal?.FindFirstValue("name") ?? "";

    /// <summary>The e-mail address in the token.</summary>
    public string Email => Principal?.FindFirstValue("email") ?? "";

    /// <summary>Whether the token's role is <c>admin</c>.</summary>
    public bool IsAdmin => Principal?.IsInRole("admin") == true;
}

internal static class Policies
{
    public const string Admin = "admin";

    public const string FreshAdmin = "fresh-admin";
}

/// <summary>On a route that guests may use too.</summary>
internal sealed record AllowsGuests;
