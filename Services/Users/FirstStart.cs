using System.ComponentModel.DataAnnotations;
using EShop.Messaging;
using EShop.Users.Accounts;
using EShop.Users.Keys;
using EShop.Users.Passwords;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;

namespace EShop.Users;

/// <summary><c>Admin</c> in the configuration: who runs the shop. Both or neither.</summary>
internal sealed class AdminOptions : IValidatableObject
{
    public string? Email { get; set; }

    public string? Password { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (string.IsNullOrEmpty(Email) && string.IsNullOrEmpty(Password))
            yield break;
        if (!Users.Email.IsValid(Email ?? ""))
            yield return new ValidationResult("Admin:Email is not an e-mail address.");
        if (!PasswordRule.IsLongEnough(Password ?? "") || !PasswordRule.Fits(Password ?? ""))
            yield return new ValidationResult("Admin:Password needs at least 8 characters and at most 72 bytes.");
    }
}

/// <summary>What has to be there before anybody is served: the signing key and the first admin. Both are made once, whichever replica comes first; an admin that is there is
/// never touched, so a password changed since stays changed.</summary>
internal sealed partial class FirstStart(IServiceScopeFactory scopes, SigningKeys keys, IOptions<AdminOptions> admin, TimeProvider clock, ILogger<FirstStart> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        for (var delay = TimeSpan.FromMilliseconds(250); ; delay = delay < TimeSpan.FromSeconds(4) ? delay * 2 : delay)
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                var db = scope.ServiceProvider.GetRequiredService<UsersDb>();
                await keys.LoadAsync(db, cancellationToken);
                await EnsureAdminAsync(db, scope.ServiceProvider, cancellationToken);
                return;
            }
            catch (Exception exception) when (exception is NpgsqlException || exception.InnerException is NpgsqlException)
            {
                Waiting(logger, exception.Message, delay.TotalSeconds);
                await Task.Delay(delay, clock, cancellationToken);
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task EnsureAdminAsync(UsersDb db, IServiceProvider services, CancellationToken cancellationToken)
    {
        if (admin.Value is not { Email: { Length: > 0 } email, Password: { Length: > 0 } password })
            return;
        var normalized = Email.Normalize(email);
        if (await db.Users.AnyAsync(user => user.NormalizedEmail == normalized, cancellationToken))
            return;

        var hash = await services.GetRequiredService<PasswordHasher>().HashAsync(password, cancellationToken);
        var user = User.Register("Admin", email, hash, Role.Admin, clock.GetUtcNow());
        db.Add(user);
        services.GetRequiredService<IOutbox>().Publish(user.Registered());
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            AdminCreated(logger);
        }
        catch (DbUpdateException exception) when (Register.IsTaken(exception))
        {
            AdminIsThere(logger); // Another replica was faster.
        }
    }

    [LoggerMessage(3000, LogLevel.Information, "The first admin was created from Admin:Email and Admin:Password")]
    private static partial void AdminCreated(ILogger logger);

    [LoggerMessage(3001, LogLevel.Information, "The first admin was created by another replica")]
    private static partial void AdminIsThere(ILogger logger);

    [LoggerMessage(3002, LogLevel.Warning, "Keys and admin can't be read yet ({Reason}); trying again in {Delay} s")]
    private static partial void Waiting(ILogger logger, string reason, double delay);
}
