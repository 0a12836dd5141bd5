using EShop.ServiceDefaults;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace EShop.Tests.ServiceDefaults;

public sealed class ETagTests
{
    [Theory]
    [InlineData("\"1.2\"", true)]
    [InlineData("W/\"1.2\"", true)] // weak comparison is right for a read
    [InlineData("\"1.1\", \"1.2\"", true)]
    [InlineData("*", true)]
    [InlineData("\"1.1\"", false)]
    [InlineData("1.2", false)]
    [InlineData("\"", false)]
    public void A_client_that_has_this_version_is_told_so(string header, bool has)
    {
        var request = new DefaultHttpContext().Request;
        request.Headers.IfNoneMatch = header;
        Assert.Equal(has, request.IsNoneMatch("1.2"));
    }

    [Theory]
    [InlineData("\"1.2\"", true)]
    [InlineData("*", true)]
    [InlineData("\"1.1\", \"1.2\"", true)]
    [InlineData("W/\"1.2\"", false)] // a weak tag never allows a change
    [InlineData("\"1.1\"", false)]
    [InlineData("nonsense", false)]
    public void A_change_is_made_only_to_the_version_that_was_named(string header, bool matches)
    {
        var request = new DefaultHttpContext().Request;
        request.Headers.IfMatch = header;
        Assert.Equal(matches, request.IfMatch()!.Matches("1.2"));
    }

    [Fact]
    public void Without_the_header_there_is_no_condition() => Assert.Null(new DefaultHttpContext().Request.IfMatch());
}
