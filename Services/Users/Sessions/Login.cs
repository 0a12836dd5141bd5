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
        (UsersDb db, string normalized, CancellationToken _) => db.Users.FirstOrDefault(user => user.NormalizedEmail == normalized));

    public static async Task<Results<Ok<SignedIn>, Problem>> HandleAsync(
        LoginRequest request, HttpContext http, UsersDb db, PasswordHasher hasher, LoginLimits limits, TokenIssuer issuer, TimeProvider clock, CancellationToken cancellationToken)
    {
        var attempt = new LoginAttempt(Email.Normalize(request.Email), http.AddressKey());
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

        if (hasher.IsOutdated(user.PasswordHash))
            user.Rehash(await hasher.HashAsync(request.Password, cancellationToken));
        db.Add(RefreshFamily.Begin(user.Id, clock.GetUtcNow(), issuer.RefreshLifetime, out var refreshToken));
        await db.SaveChangesAsync(cancellationToken);
        return TypedResults.Ok(issuer.Issue(user, refreshToken));
    }

    private static Problem TooMany(TimeSpan wait) => Problem.Of(ProblemType.TooManyRequests, "Too many failed logins: wait, even if you know the password now.", wait);

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
