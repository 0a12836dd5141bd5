using System.Buffers.Text;
using System.Security.Cryptography;

namespace EShop.Users.Sessions;

/// <summary>What a client keeps to get new tokens with: its family's id and a secret that works once. Only the secret's hash is stored.</summary>
internal readonly record struct RefreshToken(Guid Family, byte[] Secret)
{
    private const int IdSize = 16;
    private const int SecretSize = 32;

    // 256 random bits need no salt and no slow hash: there is nothing to guess.
    public byte[] Hash => SHA256.HashData(Secret);

    public static RefreshToken New(Guid family) => new(family, RandomNumberGenerator.GetBytes(SecretSize));

    public static RefreshToken? Parse(string text)
    {
        Span<byte> bytes = stackalloc byte[IdSize + SecretSize];
        // Looked at first: the decoder throws at a character that is none of its own.
        return text.Length == Base64Url.GetEncodedLength(bytes.Length) && Base64Url.IsValid(text) && Base64Url.TryDecodeFromChars(text, bytes, out var written) && written == bytes.Length
            ? new RefreshToken(new Guid(bytes[..IdSize], bigEndian: true), bytes[IdSize..].ToArray())
            : null;
    }

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[IdSize + SecretSize];
        Family.TryWriteBytes(bytes, bigEndian: true, out _);
        Secret.CopyTo(bytes[IdSize..]);
        return Base64Url.EncodeToString(bytes);
    }
}
