using System.Text.Json.Nodes;

namespace EShop.Local.Stripe;

/// <summary>Stripe's lists: newest first, a page at a time, optionally of a span of <c>created</c>.</summary>
internal static class Lists
{
    /// <summary>The parameters every list takes.</summary>
    public const string Paging = "limit starting_after ending_before created[*] expand[*]";

    public static JsonObject Page<T>(Call call, string kind, Table<T> table, IEnumerable<T> newestFirst) where T : class, IStored
    {
        var limit = call.Parameters.Integer("limit") ?? 10;
        if (limit is < 1 or > 100)
            throw Refusal.Invalid("parameter_invalid_integer", "limit", "This value must be between 1 and 100.");
        var span = Created(call.Parameters);
        var matching = newestFirst.Where(item => span.All(within => within(item.Created)));

        var (items, more) = (call.Parameters.Text("starting_after"), call.Parameters.Text("ending_before")) switch
        {
            ({ }, { }) => throw Refusal.Invalid(null, "ending_before", "You may only specify one of these parameters: ending_before, starting_after."),
            ({ } after, null) => Take(matching.SkipWhile(item => item.Id != Known(table, kind, after, "starting_after")).Skip(1), (int)limit),
            (null, { } before) => Last(matching.TakeWhile(item => item.Id != Known(table, kind, before, "ending_before")), (int)limit),
            _ => Take(matching, (int)limit),
        };
        return new JsonObject
        {
            ["object"] = "list",
            ["data"] = new JsonArray([.. items.Select(Json.Node)]),
            ["has_more"] = more,
            ["url"] = call.Http.Request.Path.Value,
        };
    }

    private static (List<T> Items, bool More) Take<T>(IEnumerable<T> source, int limit)
    {
        var items = source.Take(limit + 1).ToList();
        return items.Count > limit ? (items[..limit], true) : (items, false);
    }

    private static (List<T> Items, bool More) Last<T>(IEnumerable<T> source, int limit)
    {
        var items = source.ToList();
        return items.Count > limit ? (items[^limit..], true) : (items, false);
    }

    private static string Known<T>(Table<T> table, string kind, string id, string param) where T : class, IStored =>
        table.TryGet(id, out _) ? id : throw Refusal.NoSuch(kind, id, param);

    private static List<Func<long, bool>> Created(Parameters parameters)
    {
        List<Func<long, bool>> bounds = [];
        if (parameters.Integer("created") is { } exactly)
            bounds.Add(created => created == exactly);
        if (parameters.Integer("created[gt]") is { } gt)
            bounds.Add(created => created > gt);
        if (parameters.Integer("created[gte]") is { } gte)
            bounds.Add(created => created >= gte);
        if (parameters.Integer("created[lt]") is { } lt)
            bounds.Add(created => created < lt);
        if (parameters.Integer("created[lte]") is { } lte)
            bounds.Add(created => created <= lte);
        return bounds;
    }
}
