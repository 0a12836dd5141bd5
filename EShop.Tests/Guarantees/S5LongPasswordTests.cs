using System.Net.Http.Json;
using EShop.Tests.Support;
using EShop.Tests.Users;
using Xunit;

namespace EShop.Tests.Guarantees;

/// <summary>S5: bcrypt reads 72 bytes, so nobody has a longer password; and hashing, which is dear, takes the processors from nobody who browses.</summary>
public sealed class S5LongPasswordTests(Shop shop)
{
    private static readonly string Whole = new('a', 72);

    [Theory]
    [InlineData("a", 72, 0)]
    [InlineData("é", 36, 0)]
    [InlineData("🐴", 18, 0)]
    [InlineData("a", 72, 1)]
    [InlineData("é", 36, 1)]
    [InlineData("🐴", 18, 1)]
    public async Task Seventy_two_bytes_are_a_password_and_seventy_three_are_not(string letter, int count, int more)
    {
        using var person = new Person(shop);
        var answer = await person.Register(string.Concat(Enumerable.Repeat(letter, count)) + new string('a', more));
        Assert.Equal(more == 0 ? 201 : 400, answer.Status);
        if (more > 0)
            Assert.True(answer.Body.GetProperty("errors").TryGetProperty("password", out _), answer.Body.GetRawText());
    }

    [Fact]
    public async Task Passwords_that_share_their_first_72_bytes_never_open_one_account()
    {
        using var person = new Person(shop);
        Assert.Equal(201, (await person.Register(Whole)).Status);
        foreach (var almost in new[] { Whole + "b", Whole + Whole, Whole[..71] })
            Assert.Equal(401, (await person.Login(almost)).Status);
        Assert.Equal(200, (await person.Login(Whole)).Status);

        var token = (await person.Login(Whole)).Token;
        var longer = await person.Send(HttpMethod.Put, "/api/users/me/password", JsonContent.Create(new { currentPassword = Whole + "b", newPassword = "another horse battery" }), token);
        Assert.Equal(400, longer.Status);
        Assert.Equal(400, (await person.Send(HttpMethod.Put, "/api/users/me/password", JsonContent.Create(new { currentPassword = Whole, newPassword = Whole + "b" }), token)).Status);
    }
}
