using System.Collections.Frozen;
using System.Security.Cryptography;
using EShop.ServiceDefaults;
using EShop.Users.Sessions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace EShop.Users.Keys;

/// <summary>The keys that tokens are signed and checked with, as the database has them. A successor is published before it signs, so that everybody knows it by then, and a key stays
/// until the last token that it signed is dead. A key whose row is deleted is no longer trusted here after <see cref="KeepKeys.Every"/>, and nowhere as long again after that.</summary>
internal sealed class SigningKeys(
    KeyEncryption encryption, IServiceScopeFactory scopes, TimeProvider clock, IOptions<KeysOptions> options, IOptions<TokenLifetimes> lifetimes) : ITokenKeys
{
    private static readonly TimeSpan AskedAtMost = TimeSpan.FromSeconds(10);

    // Clocks differ, and a replica signs on for as long as it has not looked.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);

    private IReadOnlyList<(DateTimeOffset From, SigningCredentials Credentials)> _signing = [];
    private string _known = "";
    private long _asked;

    public IReadOnlyDictionary<string, SecurityKey> Current { get; private set; } = FrozenDictionary<string, SecurityKey>.Empty;

    public JsonWebKeySet KeySet { get; private set; } = new();

    /// <summary>What new tokens are signed with: the newest key whose time has come. Where that one was retired in an emergency, the next one does not wait for its time.</summary>
    /// <exception cref="ProblemException">There is no key yet.</exception>
    public SigningCredentials Signing
    {
        get
        {
            var (keys, now) = (_signing, clock.GetUtcNow());
            return keys.Count == 0
                ? throw new ProblemException(Problem.Unavailable("This service has no signing key yet."))
                : (keys.LastOrDefault(key => key.From <= now).Credentials ?? keys[0].Credentials);
        }
    }

    // A key that another replica made just now, after an emergency.
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        var asked = Volatile.Read(ref _asked);
        if (clock.GetElapsedTime(asked) < AskedAtMost || Interlocked.CompareExchange(ref _asked, clock.GetTimestamp(), asked) != asked)
            return;
        await using var scope = scopes.CreateAsyncScope();
        await LoadAsync(scope.ServiceProvider.GetRequiredService<UsersDb>(), cancellationToken);
    }

    /// <summary>Loads the keys, makes the one that is due and drops those that no token needs any more. Two replicas at once end up with the same ones.</summary>
    /// <exception cref="InvalidOperationException">The stored keys were encrypted with another <c>Keys:Encryption</c>.</exception>
    public async Task LoadAsync(UsersDb db, CancellationToken cancellationToken)
    {
        Volatile.Write(ref _asked, clock.GetTimestamp());
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtext('signing_keys'))", cancellationToken);
        var keys = await db.SigningKeys.OrderBy(key => key.SignsFrom).ToListAsync(cancellationToken);
        if (Due(keys) is { } from)
        {
            keys.Add(SigningKey.Create(encryption, from));
            db.Add(keys[^1]);
        }

        var dead = keys.TakeWhile((_, i) => i + 1 < keys.Count && keys[i + 1].SignsFrom + lifetimes.Value.Lifetime + Margin < clock.GetUtcNow()).ToList();
        db.RemoveRange(dead);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        Use([.. keys.Except(dead)]);
    }

    /// <summary>When the key that is to be made now begins to sign: at once where there is none, else after everybody has had the time to hear of it.</summary>
    private DateTimeOffset? Due(List<SigningKey> keys)
    {
        var now = clock.GetUtcNow();
        if (keys.Count == 0)
            return now;
        return keys[^1].SignsFrom + options.Value.RotateEvery <= now + options.Value.Notice ? now + options.Value.Notice : null;
    }

    // A change is a new object and the same keys are the same one: what was validated under it stays validated.
    private void Use(IReadOnlyList<SigningKey> stored)
    {
        var kids = string.Join(' ', stored.Select(key => key.Kid));
        if (kids == _known)
            return;
        try
        {
            var keys = stored.Select(key => (key.SignsFrom, Key: key.Open(encryption))).ToList();
            KeySet = new JsonWebKeySet([.. keys.Select(key => PublicKey.Of(key.Key))]);
            Current = keys.ToFrozenDictionary(key => key.Key.KeyId, SecurityKey (key) => key.Key);
            _signing = [.. keys.Select(key => (key.SignsFrom, new SigningCredentials(key.Key, SecurityAlgorithms.EcdsaSha256)))];
            _known = kids;
        }
        catch (CryptographicException exception)
        {
            throw new InvalidOperationException("The signing keys in the database can't be decrypted: Keys:Encryption is not the secret that they were stored under.", exception);
        }
    }
}
