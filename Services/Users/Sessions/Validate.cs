using System.Globalization;
using System.Security.Claims;
using EShop.ServiceDefaults;
using EShop.Users.Accounts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EShop.Users.Sessions;

/// <summary><c>GET /api/users/validate</c>: whether the token is valid (else 401 before it comes here), whose it is and until when.</summary>
internal static class Validate
{
    public static async Task<Results<Ok<Validated>, Problem>> HandleAsync(ClaimsPrincipal principal, CurrentUser me, UsersDb db, CancellationToken cancellationToken)
    {
        var expiresAt = DateTimeOffset.FromUnixTimeSeconds(long.Parse(principal.FindFirstValue("exp")!, CultureInfo.InvariantCulture));
        return await GetMe.FindAsync(db, me.Id, cancellationToken) is { } user
            ? TypedResults.Ok(new Validated(true, UserView.Of(user), expiresAt))
            : GetMe.NoAccount();
    }
}

internal sealed record Validated(bool Valid, UserView User, DateTimeOffset ExpiresAt);
