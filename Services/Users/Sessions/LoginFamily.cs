using System.Security.Claims;

namespace EShop.Users.Sessions;

/// <summary>The login that this request's token descends from, as the token says: take it as a parameter of a handler.</summary>
internal sealed class LoginFamily(IHttpContextAccessor accessor)
{
    public Guid? Id => Guid.TryParse(accessor.HttpContext?.User.FindFirstValue(TokenIssuer.FamilyClaim), out var id) ? id : null;
}
