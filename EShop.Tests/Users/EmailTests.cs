using EShop.Users;
using Xunit;

namespace EShop.Tests.Users;

public sealed class EmailTests
{
    [Theory]
    [InlineData("ana@example.com")]
    [InlineData("  ana@example.com ")]
    [InlineData("first.last+tag@sub.example.co")]
    [InlineData("o'neil@example.com")]
    [InlineData("ñandú@example.com")]
    public void An_address_is_accepted(string email) => Assert.True(Email.IsValid(email));

    [Theory]
    [InlineData("")]
    [InlineData("ana")]
    [InlineData("@example.com")]
    [InlineData("ana@")]
    [InlineData("ana@localhost")]
    [InlineData("ana@@example.com")]
    [InlineData("a na@example.com")]
    [InlineData("ana@exa mple.com")]
    [InlineData("ana..b@example.com")]
    [InlineData(".ana@example.com")]
    [InlineData("ana@-example.com")]
    [InlineData("ana@example..com")]
    [InlineData("ana\r\nbcc:all@example.com")]
    [InlineData("<script>@example.com")]
    public void What_is_no_address_is_refused(string email) => Assert.False(Email.IsValid(email));

    [Fact]
    public void An_address_has_at_most_254_characters()
    {
        var host = string.Join('.', Enumerable.Repeat(new string('a', 60), 4));
        Assert.True(Email.IsValid($"{new string('b', 254 - host.Length - 1)}@{host}"));
        Assert.False(Email.IsValid($"{new string('b', 255 - host.Length - 1)}@{host}"));
    }

    [Fact]
    public void Two_spellings_are_one_address() => Assert.Equal(Email.Normalize("Ana@Example.com"), Email.Normalize(" aNA@eXAMPLE.COM "));
}
