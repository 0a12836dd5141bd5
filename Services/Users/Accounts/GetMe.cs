using EShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace EShop.Users.Accounts;

/// <summary><c>GET /api/users/me</c>: one's own account.</summary>
internal static class GetMe
{
    private static readonly Func<UsersDb, Guid, CancellationToken, Task<User?>> ById = EF.CompileAsyncQuery(
        (UsersDb db, Guid id, CancellationToken _) => db.Users.AsNoTracking().FirstOrDefault(user => user.Id == id));

    public static async Task<Results<Ok<UserView>, StatusCodeHttpResult, Problem>> HandleAsync(
        HttpContext http, CurrentUser me, UsersDb db, CancellationToken cancellationToken)
    {
        if (await FindAsync(db, me.Id, cancellationToken) is not { } user)
            return NoAccount();
        http.Response.SetETag(user.ETag);
        if (http.Request.IsNoneMatch(user.ETag))
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        return TypedResults.Ok(UserView.Of(user));
    }

    public static Task<User?> FindAsync(UsersDb db, Guid id, CancellationToken cancellationToken) => ById(db, id, cancellationToken);

    /// <summary>A token that outlived its account: what it says is no longer true.</summary>
    public static Problem NoAccount() => Problem.Of(ProblemType.Unauthorized, "The account of this token is gone: register, or log in.");

    public static Problem Changed(User user) => Problem.Of(ProblemType.VersionMismatch, $"The account is at version {user.Version} now: read it again.");
}
