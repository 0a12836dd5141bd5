using System.Text.Json;
using EShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.Json;
using Xunit;

namespace EShop.Tests.ServiceDefaults;

public sealed class StrictJsonTests
{
    private static readonly JsonSerializerOptions Json = Options();

    [Theory]
    [InlineData("""{"name":"a"}""")] // a member without default is missing
    [InlineData("""{"name":null,"count":1}""")]
    [InlineData("""{"name":"a","count":"1"}""")]
    [InlineData("""{"name":"a","count":1.5}""")]
    [InlineData("""{"name":"a","count":99999999999}""")]
    [InlineData("""{"name":"a\u0000b","count":1}""")]
    [InlineData("""{"name":"\ud800","count":1}""")]
    [InlineData("""{"name":"\udc00\ud800","count":1}""")]
    [InlineData("""{"name":"a","name":"b","count":1}""")]
    [InlineData("""{"name":"a","count":1,"kind":2}""")]
    [InlineData("""{"name":"a","count":1,"kind":"NotOne"}""")]
    [InlineData("""{"name":["a"],"count":1}""")]
    [InlineData("""[]""")]
    public void What_is_not_exactly_of_the_expected_kind_is_refused(string body) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Body>(body, Json));

    [Theory]
    [InlineData("""{"name":"Zoë 🛒","count":1}""")]
    [InlineData("""{"name":"\ud83d\uded2","count":1,"note":null}""")]
    [InlineData("""{"name":"a","count":1,"role":"admin","unknown":{}}""")] // unknown members are ignored
    public void What_is_of_the_expected_kind_is_read(string body) =>
        Assert.Equal(1, JsonSerializer.Deserialize<Body>(body, Json)!.Count);

    [Theory]
    [InlineData("1.0000000000000000000000000001")]
    [InlineData("0.99999999999999999999999999999999999999")]
    [InlineData("1e999")]
    [InlineData("\"1\"")]
    public void A_number_that_would_be_rounded_in_silence_is_refused(string number) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<decimal>(number, Json));

    [Fact]
    public void Decimals_keep_their_zeros() => Assert.Equal("[12.50,0.1]", JsonSerializer.Serialize(JsonSerializer.Deserialize<decimal[]>("[12.50,1e-1]", Json), Json));

    [Fact]
    public void Instants_are_written_in_utc_and_kinds_in_snake_case()
    {
        var written = JsonSerializer.Serialize(new { At = new DateTimeOffset(2026, 11, 24, 3, 0, 0, TimeSpan.FromHours(1)), Kind = Kind.CreditNote }, Json);
        Assert.Equal("""{"at":"2026-11-24T02:00:00Z","kind":"credit_note"}""", written);
    }

    private static JsonSerializerOptions Options()
    {
        var options = new JsonOptions();
        StrictJson.Configure(options);
        return options.SerializerOptions;
    }

    private enum Kind
    {
        Invoice,
        CreditNote,
    }

    private sealed record Body(string Name, int Count, string? Note = null, Kind Kind = Kind.Invoice);
}
