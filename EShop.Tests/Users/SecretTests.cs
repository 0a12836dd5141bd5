using System.Net;
using System.Security.Cryptography;
using EShop.ServiceDefaults;
using EShop.Users.Keys;
using EShop.Users.Sessions;
using Microsoft.Extensions.Options;
using Xunit;

namespace EShop.Tests.Users;

public sealed class SecretTests
{
    [Fact]
    public void A_refresh_token_is_read_back_and_only_its_hash_is_kept()
    {
        var family = RefreshFamily.Begin(Guid.CreateVersion7(), DateTimeOffset.UnixEpoch, TimeSpan.FromDays(1), out var token);
        var read = RefreshToken.Parse(token.ToString());
        Assert.Equal(family.Id, read?.Family);
        Assert.Equal(family.SecretHash, read?.Hash);
        Assert.NotEqual(family.SecretHash, token.Secret);
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!")]
    [InlineData("ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé")]
    public void What_is_no_refresh_token_is_none(string text) => Assert.Null(RefreshToken.Parse(text));

    [Fact]
    public void A_private_key_is_encrypted_and_opens_under_its_own_secret_and_id_alone()
    {
        var encryption = Encryption('a');
        var key = SigningKey.Create(encryption, DateTimeOffset.UnixEpoch);
        Assert.Equal(key.Kid, key.Open(encryption).KeyId);
        Assert.ThrowsAny<CryptographicException>(() => key.Open(Encryption('b')));
        Assert.ThrowsAny<CryptographicException>(() => encryption.Decrypt(key.PrivateKey, "another id"));
        using var plain = ECDsa.Create();
        Assert.ThrowsAny<CryptographicException>(() => plain.ImportPkcs8PrivateKey(key.PrivateKey, out _));
    }

    [Theory]
    [InlineData("::ffff:203.0.113.7", "203.0.113.7")]
    [InlineData("203.0.113.7", "203.0.113.7")]
    [InlineData("2001:db8:1:2::1", "20010db800010002")]
    [InlineData("2001:db8:1:2:ffff::9", "20010db800010002")]
    public void Addresses_of_one_network_count_as_one(string address, string key) => Assert.Equal(key, ClientAddress.KeyOf(IPAddress.Parse(address)));

    private static KeyEncryption Encryption(char fill) => new(Options.Create(new KeysOptions { Encryption = new string(fill, 32) }));
}
