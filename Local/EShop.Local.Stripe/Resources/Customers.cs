using System.Text.Json;

namespace EShop.Local.Stripe;

internal sealed record Customer : IStored
{
    public required string Id { get; init; }

    public string Object => "customer";

    public required long Created { get; init; }

    public bool Livemode { get; }

    public string? Email { get; init; }

    public string? Name { get; init; }

    public string? Phone { get; init; }

    public string? Description { get; init; }

    public JsonElement? Address { get; init; }

    public JsonElement? Shipping { get; init; }

    public InvoiceSettings InvoiceSettings { get; init; } = new(null);

    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>A deleted customer stays readable by id as that and nothing more.</summary>
    public bool Deleted { get; init; }
}

internal sealed record InvoiceSettings(string? DefaultPaymentMethod);

internal sealed record DeletedCustomer(string Id)
{
    public string Object { get; } = "customer";

    public bool Deleted { get; } = true;
}

/// <summary><c>/v1/customers</c>.</summary>
internal static class Customers
{
    public static object Create(Call call)
    {
        var customer = call.Commit.Put(With(call, new Customer { Id = Ids.New("cus_"), Created = call.Now }));
        call.Emit("customer.created", customer);
        return customer;
    }

    public static object List(Call call)
    {
        var email = call.Parameters.Text("email");
        return Lists.Page(call, "customer", call.Ledger.Customers,
            call.Ledger.Customers.NewestFirst().Where(customer => !customer.Deleted && (email is null || customer.Email == email)));
    }

    public static object Get(Call call)
    {
        var customer = Find(call);
        return customer.Deleted ? new DeletedCustomer(customer.Id) : customer;
    }

    public static object Update(Call call)
    {
        var customer = Find(call);
        if (customer.Deleted)
            throw Refusal.NotFound("customer", call.Id, "id");
        var updated = call.Commit.Put(With(call, customer));
        call.Emit("customer.updated", updated);
        return updated;
    }

    public static object Delete(Call call)
    {
        var customer = Find(call);
        if (customer.Deleted)
            throw Refusal.NotFound("customer", call.Id, "id");
        call.Emit("customer.deleted", call.Commit.Put(customer with { Deleted = true }));
        return new DeletedCustomer(customer.Id);
    }

    /// <summary>The customer a parameter names, null when it names none.</summary>
    public static Customer? Named(Call call, string param) => call.Parameters.Text(param) switch
    {
        null => null,
        var id when call.Ledger.Customers.TryGet(id, out var customer) && !customer.Deleted => customer,
        var id => throw Refusal.NoSuch("customer", id, param),
    };

    private static Customer Find(Call call) => call.Ledger.Customers.TryGet(call.Id, out var customer) ? customer : throw Refusal.NotFound("customer", call.Id, "id");

    private static Customer With(Call call, Customer customer)
    {
        var given = call.Parameters;
        if (given.Text("payment_method") is { } method)
            PaymentMethods.Use(call, method, customer.Id, attach: true);
        return customer with
        {
            Email = given.Has("email") ? given.Text("email") : customer.Email,
            Name = given.Has("name") ? given.Text("name") : customer.Name,
            Phone = given.Has("phone") ? given.Text("phone") : customer.Phone,
            Description = given.Has("description") ? given.Text("description") : customer.Description,
            Address = given.Tree("address", customer.Address),
            Shipping = given.Tree("shipping", customer.Shipping),
            InvoiceSettings = given.Has("invoice_settings[default_payment_method]") ? new(given.Text("invoice_settings[default_payment_method]")) : customer.InvoiceSettings,
            Metadata = given.Metadata(customer.Metadata),
        };
    }
}
