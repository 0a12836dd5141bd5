using EShop.Messaging;
using EShop.ServiceDefaults;
using EShop.Users.Passwords;
using EShop.Users.Sessions;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace EShop.Users.Accounts;

internal sealed record RegisterRequest(string Name, string Email, string Password);

/// <summary><c>POST /api/users/register</c>: an account for a new e-mail address, signed in at once. Everybody registers as a customer.</summary>
internal static class Register
{
    public static async Task<Results<Created<SignedIn>, Problem>> HandleAsync(
        RegisterRequest request, UsersDb db, IOutbox outbox, PasswordHasher hasher, TokenIssuer issuer, TimeProvider clock, CancellationToken cancellationToken)
    {
        // Asked before the hash, so that an address that is taken costs no hashing; the unique index decides all the same.
        var normalized = Email.Normalize(request.Email);
        if (await db.Users.AnyAsync(user => user.NormalizedEmail == normalized, cancellationToken))
            return Taken();

        var hash = await hasher.HashAsync(request.Password, cancellationToken);
        var user = User.Register(request.Name, request.Email, hash, Role.Customer, clock.GetUtcNow());
        db.Add(user);
        db.Add(RefreshFamily.Begin(user.Id, clock.GetUtcNow(), issuer.RefreshLifetime, out var refreshToken));
        outbox.Publish(user.Registered());
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException exception) when (IsTaken(exception))
        {
            return Taken();
        }

        return TypedResults.Created("/api/users/me", issuer.Issue(user, refreshToken));
    }

    public static bool IsTaken(DbUpdateException exception) =>
        exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: UsersDb.UniqueEmail };

    private static Problem Taken() => Problem.Of(ProblemType.EmailTaken, "Log in with this address, or register with another one.");

    internal sealed class Validator : AbstractValidator<RegisterRequest>
    {
        public Validator()
        {
            RuleFor(request => request.Name)
                .Must(name => name.Trim().Length is > 0 and <= 200).WithMessage("A name has 1 to 200 characters.")
                .Must(name => !name.Any(char.IsControl)).WithMessage("A name has no control characters.");
            RuleFor(request => request.Email).Must(Email.IsValid).WithMessage("This is not an e-mail address.");
            RuleFor(request => request.Password).NewPassword();
        }
    }
}
