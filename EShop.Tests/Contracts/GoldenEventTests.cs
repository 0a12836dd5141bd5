using System.Text.Json;
using System.Text.Json.Nodes;
using EShop.Contracts;
using EShop.Messaging;
using Xunit;

namespace EShop.Tests.Contracts;

/// <summary>What an event looks like on the bus, byte by byte. A golden file changes by a new member and by nothing else: old events lie in streams and outboxes, and the
/// version before this one runs beside it.</summary>
public sealed class GoldenEventTests
{
    private static readonly JsonSerializerOptions Indented = new(EventJson.Options) { WriteIndented = true };

    private static readonly Order Order = new(
        Id(1),
        Id(2),
        new("Núria Peña", "nuria@example.com"),
        new("Peña & Hijos, S. L.", "B12345674", "Calle Mayor 1", "A Coruña", "15001", "ES"),
        "es",
        "EUR",
        [new(Id(3), "Cafetera italiana", 2, 2790, 21), new(Id(4), "Té de Ceilán", 1, 790, 5.5m)],
        6370);

    private static readonly Product Product =
        new(Id(3), "Cafetera italiana", "De aluminio.", 2790, "EUR", 21, 50, 2, "CAF-6", "Café", "https://example.com/cafetera.jpg", 7, 19);

    private static readonly Dictionary<string, IEvent> Samples = new IEvent[]
    {
        new UserRegistered(Id(2), "Núria Peña", "nuria@example.com"),
        new ProductCreated(Product),
        new ProductUpdated(Product),
        new ProductDeleted(Id(3), 8),
        new StockChanged(Id(3), 50, 2, 19),
        new CartCheckedOut(Order),
        new StockReserved(Order),
        new StockRejected(Order, [new(Id(4), 1, 0)]),
        new PaymentSucceeded(Order, "pi_1", "ch_1", new DateTimeOffset(2026, 11, 24, 1, 52, 3, 250, TimeSpan.Zero)),
        new PaymentCanceled(Order, "expired"),
        new PaymentRefunded(Order, Id(5), 2790, [new(Id(3), 1)], Restock: true),
        new OrderUnknown(Id(1)),
        new BillIssued(Id(1), Id(6), "2026-000001", "invoice"),
    }.ToDictionary(happened => happened.GetType().Name);

    public static TheoryData<string> Events => [.. typeof(IEvent).Assembly.GetTypes().Where(type => type.IsClass && type.IsAssignableTo(typeof(IEvent))).Select(type => type.Name)];

    [Theory]
    [MemberData(nameof(Events))]
    public void Each_event_is_written_as_its_golden_file_says(string name) => Assert.Equal(Golden(Samples[name]), Written(Samples[name]));

    [Theory]
    [MemberData(nameof(Events))]
    public void Each_golden_file_is_read_to_the_last_member_and_what_is_new_in_it_passed_over(string name)
    {
        var data = JsonNode.Parse(Golden(Samples[name]))!["data"]!;
        data["newInALaterVersion"] = "?";

        var read = (IEvent)data.Deserialize(Samples[name].GetType(), EventJson.Options)!;

        Assert.Equal(Golden(Samples[name]), Written(read));
    }

    [Theory]
    [MemberData(nameof(Events))]
    public void An_event_without_one_of_its_members_is_not_read(string name)
    {
        var data = JsonNode.Parse(Golden(Samples[name]))!["data"]!.AsObject();
        foreach (var member in data.Select(member => member.Key).ToList())
        {
            var less = data.DeepClone().AsObject();
            less.Remove(member);
            Assert.Throws<JsonException>(() => less.Deserialize(Samples[name].GetType(), EventJson.Options));
        }
    }

    [Fact]
    public void What_an_order_may_lack_is_null_on_the_bus() =>
        Assert.Contains("\"billing\":null", JsonSerializer.Serialize(new StockReserved(Order with { Billing = null }), EventJson.Options), StringComparison.Ordinal);

    [Fact]
    public void There_is_one_golden_file_an_event_and_every_publisher_has_declared_subscribers()
    {
        var kinds = Samples.Values.Select(EventKind.Of).ToList();

        Assert.Equal(kinds.Select(kind => kind.Type).Order(), Directory.GetFiles(Folder).Select(Path.GetFileNameWithoutExtension).Order());
        Assert.Equal(kinds.Select(kind => kind.Publisher).Distinct().Order(), Subscribers.Of.Keys.Order());
    }

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Golden");

    private static Guid Id(int n) => Guid.Parse($"0199d5a0-0000-7000-8000-{n:000000000000}");

    private static string Golden(IEvent happened) => File.ReadAllText(Path.Combine(Folder, EventKind.Of(happened).Type + ".json"));

    private static string Written(IEvent happened)
    {
        var (type, publisher) = EventKind.Of(happened);
        return JsonSerializer.Serialize(new { type, source = "/" + publisher, subject = happened.Subject, data = (object)happened }, Indented) + "\n";
    }
}
