using EShop.ServiceDefaults;
using EShop.Users.Limits;
using EShop.Users.Passwords;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace EShop.Users.Sessions;

internal sealed record LoginRequest(string Email, string Password);

/// <summary><c>POST /api/users/login</c>. A wrong password and an unknown address get the same answer after the same work, and only so many of them.</summary>
internal static class Login
{
    private static readonly Func<UsersDb, string, CancellationToken, Task<User?>> ByEmail = EF.CompileAsyncQuery(
        (UsersDb db, string normalized, CancellationToken _) => db.Users.AsNoTracking().FirstOrDefault(user => user.NormalizedEmail == normalized));

    public static async Task<Results<Ok<SignedIn>, Problem>> HandleAsync(
        LoginRequest request, HttpContext http, UsersDb db, PasswordHasher hasher, LoginLimits limits, TokenIssuer issuer, TimeProvider clock, CancellationToken cancellationToken)
    {
        var attempt = new LoginAttempt(Email.Normalize(request.Email), http.AddressKey());
        while (true)
        {
            if (await limits.WaitAsync(attempt) is { Ticks: > 0 } wait)
                return TooMany(wait);

            var user = await ByEmail(db, attempt.NormalizedEmail, cancellationToken);
            var isRight = await hasher.VerifyAsync(request.Password, user?.PasswordHash, cancellationToken);

            // Asked again, since others may have failed meanwhile: who guesses many at once learns no more than who guesses one after the other.
            wait = isRight ? await limits.WaitAsync(attempt) : await limits.CountFailureAsync(attempt);
            if (wait > TimeSpan.Zero)
                return TooMany(wait);
            if (!isRight || user is null)
                return Problem.Of(ProblemType.Unauthorized, "The e-mail address or the password is wrong.");

            var family = RefreshFamily.Begin(user.Id, clock.GetUtcNow(), issuer.RefreshLifetime, out var refreshToken);
            if (!await BeginAsync(db, user, family, cancellationToken))
                continue; // The account changed while the password was hashed: it is compared with what is there now.
            if (hasher.IsOutdated(user.PasswordHash))
                await RehashAsync(db, user, await hasher.HashAsync(request.Password, cancellationToken), cancellationToken);
            return TypedResults.Ok(issuer.Issue(user, refreshToken));
        }
    }

    public static Problem TooMany(TimeSpan wait) => Problem.Of(ProblemType.TooManyRequests, "Too many failed logins: wait, even if you know the password now.", wait);

    // A new password ends all logins, and one that was checked against the old password must not begin after that: the lock puts one after the other.
    private static async Task<bool> BeginAsync(UsersDb db, User user, RefreshFamily family, CancellationToken cancellationToken) =>
        await db.Database.ExecuteSqlAsync($"""
            WITH same AS (SELECT id FROM users WHERE id = {user.Id} AND version = {user.Version} FOR SHARE)
            INSERT INTO refresh_families (id, user_id, secret_hash, created_at, expires_at)
            SELECT {family.Id}, id, {family.SecretHash}, {family.CreatedAt}, {family.ExpiresAt} FROM same
            """, cancellationToken) == 1;

    // The same password, hashed at today's cost, unless it is no longer the password. Nobody sees a change, so the version stays.
    private static Task<int> RehashAsync(UsersDb db, User user, string hash, CancellationToken cancellationToken) => db.Users
        .Where(u => u.Id == user.Id && u.PasswordHash == user.PasswordHash)
        .ExecuteUpdateAsync(set => set.SetProperty(u => u.PasswordHash, hash), cancellationToken);

    internal sealed class Validator : AbstractValidator<LoginRequest>
    {
        public Validator()
        {
            RuleFor(request => request.Email).NotEmpty().WithMessage("An e-mail address is needed.")
                .MaximumLength(Email.MaxLength).WithMessage("This is longer than any e-mail address.");
            RuleFor(request => request.Password).NotEmpty().WithMessage("A password is needed.");
        }
    }
}
