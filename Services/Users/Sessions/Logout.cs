using EShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace EShop.Users.Sessions;

/// <summary><c>POST /api/users/logout</c>: the refresh tokens of this login no longer work. The token itself lives on until it expires.</summary>
internal static class Logout
{
    public static async Task<NoContent> HandleAsync(LoginFamily login, CurrentUser me, UsersDb db, CancellationToken cancellationToken)
    {
        await db.RefreshFamilies.Where(family => family.Id == login.Id && family.UserId == me.Id).ExecuteDeleteAsync(cancellationToken);
        return TypedResults.NoContent();
    }
}
