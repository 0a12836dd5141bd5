using EShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace EShop.Users.Accounts;

internal sealed record SetRoleRequest(Role Role);

/// <summary><c>PUT /api/users/{id}/role</c>: who is an admin. Tokens say so from the next refresh on; a demotion ends the logins, so that there is none without a new password check.
/// There is always an admin left.</summary>
internal static class SetRole
{
    public static async Task<Results<Ok<UserView>, Problem>> HandleAsync(
        Guid id, SetRoleRequest request, HttpContext http, UsersDb db, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // All admins are locked, in one order: two who demote each other at once would else both see the other as the one who stays.
        var locked = await db.Users.FromSql($"SELECT * FROM users WHERE role = 'admin' OR id = {id} ORDER BY id FOR NO KEY UPDATE").ToListAsync(cancellationToken);
        if (locked.SingleOrDefault(user => user.Id == id) is not { } user)
            return Problem.Of(ProblemType.NotFound, $"There is no user {id}.");
        if (http.Request.IfMatch() is { } condition && !condition.Matches(user.ETag))
            return GetMe.Changed(user);
        if (user.Role == request.Role)
            return TypedResults.Ok(UserView.Of(user));

        if (user.Role == Role.Admin)
        {
            if (!locked.Any(other => other.Id != id && other.Role == Role.Admin))
                return Problem.Of(ProblemType.LastAdmin, "Make somebody else an admin first.");
            await db.RefreshFamilies.Where(family => family.UserId == id).ExecuteDeleteAsync(cancellationToken);
        }

        user.Become(request.Role);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return TypedResults.Ok(UserView.Of(user));
    }
}
