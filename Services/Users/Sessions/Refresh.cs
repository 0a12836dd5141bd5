using EShop.ServiceDefaults;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace EShop.Users.Sessions;

internal sealed record RefreshRequest(string RefreshToken);

/// <summary><c>POST /api/users/refresh</c>: a new pair for a refresh token, once. Whoever shows a spent one may have stolen it, or been stolen from: the whole family ends.</summary>
internal static class Refresh
{
    public static async Task<Results<Ok<SignedIn>, Problem>> HandleAsync(
        RefreshRequest request, UsersDb db, TokenIssuer issuer, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (RefreshToken.Parse(request.RefreshToken) is not { } shown)
            return Refused();

        var next = RefreshToken.New(shown.Family);
        var now = clock.GetUtcNow();
        // One statement takes the token and reads who it is for, so that of two at once only one gets a pair.
        var users = await db.Users.FromSql($"""
            UPDATE refresh_families f SET secret_hash = {next.Hash}, expires_at = {now + issuer.RefreshLifetime}
            FROM users u
            WHERE f.id = {shown.Family} AND f.secret_hash = {shown.Hash} AND f.expires_at > {now} AND u.id = f.user_id
            RETURNING u.*
            """).AsNoTracking().ToListAsync(cancellationToken);
        if (users is [var user])
            return TypedResults.Ok(issuer.Issue(user, next));

        await db.RefreshFamilies.Where(family => family.Id == shown.Family).ExecuteDeleteAsync(cancellationToken);
        return Refused();
    }

    private static Problem Refused() => Problem.Of(ProblemType.Unauthorized, "This refresh token is spent, expired or unknown: log in again.");

    internal sealed class Validator : AbstractValidator<RefreshRequest>
    {
        public Validator() => RuleFor(request => request.RefreshToken).NotEmpty().WithMessage("The refresh token of a login is needed.");
    }
}
