using EShop.ServiceDefaults;
using EShop.Users.Limits;
using EShop.Users.Passwords;
using EShop.Users.Sessions;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace EShop.Users.Accounts;

internal sealed record ChangePasswordRequest(string CurrentPassword, string NewPassword);

/// <summary><c>PUT /api/users/me/password</c>: every other login ends. Guessing the current password is as slow here as at the login, and counts with it.</summary>
internal static class ChangePassword
{
    public static async Task<Results<NoContent, Problem>> HandleAsync(
        ChangePasswordRequest request, HttpContext http, CurrentUser me, LoginFamily login, UsersDb db, PasswordHasher hasher, LoginLimits limits, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await GetMe.FindAsync(db, me.Id, cancellationToken) is not { } user)
                return GetMe.NoAccount();
            if (http.Request.IfMatch() is { } condition && !condition.Matches(user.ETag))
                return GetMe.Changed(user);
            var attempt = new LoginAttempt(user.NormalizedEmail, http.AddressKey());
            if (await limits.WaitAsync(attempt) is { Ticks: > 0 } wait)
                return Login.TooMany(wait);
            var isRight = await hasher.VerifyAsync(request.CurrentPassword, user.PasswordHash, cancellationToken);
            wait = isRight ? await limits.WaitAsync(attempt) : await limits.CountFailureAsync(attempt);
            if (wait > TimeSpan.Zero)
                return Login.TooMany(wait);
            if (!isRight)
                return Problem.Invalid("currentPassword", "This is not the current password.");

            var hash = await hasher.HashAsync(request.NewPassword, cancellationToken);
            if (await ReplaceAsync(db, user, hash, login.Id, cancellationToken))
                return TypedResults.NoContent();
            // The account changed while the password was hashed: what was just compared may no longer be so.
        }
    }

    private static async Task<bool> ReplaceAsync(UsersDb db, User user, string hash, Guid? keptLogin, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var replaced = await db.Users.Where(u => u.Id == user.Id && u.Version == user.Version)
            .ExecuteUpdateAsync(set => set.SetProperty(u => u.PasswordHash, hash).SetProperty(u => u.Version, u => u.Version + 1), cancellationToken);
        if (replaced == 0)
            return false;
        await db.RefreshFamilies.Where(family => family.UserId == user.Id && family.Id != keptLogin).ExecuteDeleteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    internal sealed class Validator : AbstractValidator<ChangePasswordRequest>
    {
        public Validator()
        {
            RuleFor(request => request.CurrentPassword).NotEmpty().WithMessage("The current password is needed.");
            RuleFor(request => request.NewPassword).NewPassword();
        }
    }
}
