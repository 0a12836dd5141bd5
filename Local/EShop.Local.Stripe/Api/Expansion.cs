using System.Text.Json.Nodes;

namespace EShop.Local.Stripe;

/// <summary><c>expand[]=latest_charge</c>: puts the object in the place of its id, at most four levels deep; lists expand below <c>data.</c>.</summary>
internal static class Expansion
{
    public static object Apply(object result, Call call)
    {
        var paths = call.Parameters.Many("expand");
        if (paths.Count == 0 || result is Refusal)
            return result;
        var root = result as JsonObject ?? (JsonObject)Json.Node(result);
        foreach (var path in paths)
        {
            var steps = path.Split('.');
            if (steps.Length > 4)
                throw Refusal.Invalid(null, "expand", "You cannot expand more than 4 levels of a property.");
            Expand(root, steps, path, call);
        }
        return root;
    }

    private static void Expand(JsonObject target, ReadOnlySpan<string> steps, string path, Call call)
    {
        var name = steps[0];
        // A charge's refunds are the one list that is there only when it is asked for.
        if (name == "refunds" && (string?)target["object"] == "charge" && target["refunds"] is null)
            target["refunds"] = RefundsOf(target, call);
        if (!target.ContainsKey(name))
            throw Refusal.Invalid(null, "expand", $"This property cannot be expanded ({path}).");
        if (target[name] is JsonValue value && value.TryGetValue<string>(out var id))
            target[name] = Json.Node(call.Commit.Find(id) ?? throw Refusal.Invalid(null, "expand", $"This property cannot be expanded ({path})."));
        if (steps.Length == 1)
            return;
        if (target[name] is JsonObject next)
            Expand(next, steps[1..], path, call);
        if (target[name] is JsonArray items)
            foreach (var item in items.OfType<JsonObject>())
                Expand(item, steps[1..], path, call);
    }

    private static JsonObject RefundsOf(JsonObject charge, Call call) => new()
    {
        ["object"] = "list",
        ["data"] = new JsonArray([.. call.Commit.Puts.OfType<Refund>().Concat(call.Ledger.Refunds.NewestFirst((string)charge["id"]!)).DistinctBy(refund => refund.Id).Select(Json.Node)]),
        ["has_more"] = false,
        ["url"] = $"/v1/charges/{charge["id"]}/refunds",
    };
}
