using System.Collections.Frozen;
using System.Security.Cryptography;
using EShop.ServiceDefaults;
using Microsoft.EntityFrameworkCore;
using Microsoft.IdentityModel.Tokens;

namespace EShop.Users.Keys;

/// <summary>The keys of this process: made at the very first start, read from the database at every other.</summary>
internal sealed class SigningKeys(KeyEncryption encryption, TimeProvider clock) : ITokenKeys
{
    public IReadOnlyDictionary<string, SecurityKey> Current { get; private set; } = FrozenDictionary<string, SecurityKey>.Empty;

    /// <summary>What new tokens are signed with.</summary>
    public SigningCredentials Signing
    {
        get => field ?? throw new ProblemException(Problem.Unavailable("This service has no signing key yet."));
        private set;
    }

    public JsonWebKeySet KeySet { get; private set; } = new();

    // Keys are made under the lock of the first start and never added later, so there is nothing newer to look for.
    public Task RefreshAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Loads the keys, and makes the first one where there is none: two replicas on an empty database end up with the same one.</summary>
    /// <exception cref="InvalidOperationException">The stored keys were encrypted with another <c>Keys:Encryption</c>.</exception>
    public async Task LoadAsync(UsersDb db, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtext('signing_keys'))", cancellationToken);
        var stored = await db.SigningKeys.AsNoTracking().OrderBy(key => key.CreatedAt).ToListAsync(cancellationToken);
        if (stored.Count == 0)
        {
            stored.Add(SigningKey.Create(encryption, clock.GetUtcNow()));
            db.Add(stored[0]);
            await db.SaveChangesAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        Use(stored);
    }

    private void Use(IEnumerable<SigningKey> stored)
    {
        try
        {
            var keys = stored.Select(key => key.Open(encryption)).ToList();
            KeySet = new JsonWebKeySet(keys.Select(PublicKey.Of).ToList());
            Signing = new SigningCredentials(keys[^1], SecurityAlgorithms.EcdsaSha256);
            Current = keys.ToFrozenDictionary(key => key.KeyId, SecurityKey (key) => key);
        }
        catch (CryptographicException exception)
        {
            throw new InvalidOperationException("The signing keys in the database can't be decrypted: Keys:Encryption is not the secret that they were stored under.", exception);
        }
    }
}
