using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace EShop.Users.Keys;

/// <summary>Encrypts private keys for the database: AES-256-GCM, nonce and tag in front of the ciphertext, bound to the key's id so that rows can't be swapped.</summary>
internal sealed class KeyEncryption(IOptions<KeysOptions> options)
{
    private const int NonceSize = 12;
    private const int TagSize = 16;

    private readonly byte[] _key = Derive(options.Value, "signing keys");

    /// <summary>A key of its own for each purpose, so that no use of the secret says anything about another.</summary>
    public static byte[] Derive(KeysOptions options, string purpose) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(options.Encryption), 32, info: Encoding.UTF8.GetBytes($"eshop users {purpose}"));

    public byte[] Encrypt(ReadOnlySpan<byte> privateKey, string kid)
    {
        var box = new byte[NonceSize + TagSize + privateKey.Length];
        RandomNumberGenerator.Fill(box.AsSpan(0, NonceSize));
        using var aes = new AesGcm(_key, TagSize);
        aes.Encrypt(box.AsSpan(0, NonceSize), privateKey, box.AsSpan(NonceSize + TagSize), box.AsSpan(NonceSize, TagSize), Encoding.UTF8.GetBytes(kid));
        return box;
    }

    /// <exception cref="CryptographicException">It was encrypted with another secret, for another id, or changed since.</exception>
    public byte[] Decrypt(ReadOnlySpan<byte> box, string kid)
    {
        if (box.Length < NonceSize + TagSize)
            throw new CryptographicException("Too short to be an encrypted key.");
        var privateKey = new byte[box.Length - NonceSize - TagSize];
        using var aes = new AesGcm(_key, TagSize);
        aes.Decrypt(box[..NonceSize], box[(NonceSize + TagSize)..], box.Slice(NonceSize, TagSize), privateKey, Encoding.UTF8.GetBytes(kid));
        return privateKey;
    }
}
