using EShop.Products.Catalog;
using EShop.Products.Stock;
using EShop.ServiceDefaults;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace EShop.Products;

/// <summary>Which path goes to which slice, and what the slices need.</summary>
internal static class ProductsApi
{
    /// <summary>No <c>:guid</c>, so that what is no id is told so (400). The call that only takes a POST is no id either: a GET of it is a 405.</summary>
    private const string OneProduct = "/{id:regex(^(?!availability$))}";

    public static void MapProducts(this WebApplication app)
    {
        var products = app.MapApi("/api/products", "Products");
        products.MapGet("/", ListProducts.Handle).WithName(nameof(ListProducts)).Produces<Page<ProductView>>();
        products.MapGet(OneProduct, GetProduct.Handle).WithName(nameof(GetProduct)).Produces<ProductView>().Produces(StatusCodes.Status304NotModified).WithProblem(ProblemType.NotFound);
        products.MapPost("/availability", CheckAvailability.Handle).WithName(nameof(CheckAvailability));

        products.MapPost("/", CreateProduct.Handle).RequireAdmin().Idempotent().WithName(nameof(CreateProduct));
        products.MapPut(OneProduct, UpdateProduct.Handle).RequireAdmin().WithName(nameof(UpdateProduct))
            .WithProblem(ProblemType.NotFound).WithProblem(ProblemType.StockBelowReserved).WithProblem(ProblemType.VersionMismatch).WithProblem(ProblemType.VersionRequired);
        products.MapPost("/{id}/stock", CorrectStock.Handle).RequireAdmin().Idempotent().WithName(nameof(CorrectStock)).WithProblem(ProblemType.NotFound);
        products.MapDelete(OneProduct, DeleteProduct.Handle).RequireAdmin().WithName(nameof(DeleteProduct)).WithProblem(ProblemType.NotFound).WithProblem(ProblemType.VersionMismatch);

        app.MapApi("/api/ops/products/messages", "Operations").RequireFreshAdmin()
            .MapPost("/resend", ResendProducts.Handle).WithName(nameof(ResendProducts)).WithSummary("Tells every product once more, for a subscriber that lost its database");
    }

    public static void AddProducts(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<StoreOptions>().BindConfiguration("Store")
            .Validate(store => store.IsValid, "Store:Currency is three letters of ISO 4217 (but ISK, MGA and UGX, which Stripe counts in another unit), Store:TaxRate a percentage 0…100 with at most two decimals.")
            .ValidateOnStart();

        builder.Services.AddSingleton<HotAnswers>();
        builder.Services.AddSingleton<MovedStock>();
        builder.Services.AddSingleton<StockAlerts>();
        builder.Services.AddSingleton<IInterceptor, TellWhatChanged>();

        // An order's id is a UUIDv7: its first 48 bits are the milliseconds of its checkout.
        builder.AddDatabaseGauges(
            StockAlerts.MeterName,
            """
            WITH held AS (
                SELECT extract(epoch FROM now()) - ('x' || left(replace(order_id::text, '-', ''), 12))::bit(48)::bigint / 1000.0 AS seconds FROM reservations WHERE status = 'reserved')
            SELECT 'eshop.products.reservations', age, (SELECT count(*)::float8 FROM held WHERE seconds >= low AND seconds < high)
            FROM (VALUES ('up_to_15m', '-infinity'::float8, 900), ('up_to_1h', 900, 3600), ('over_1h', 3600, 'infinity'::float8)) AS bucket (age, low, high)
            """,
            new DatabaseGauge("eshop.products.reservations", "{reservation}", "Orders whose stock is held, by the time since their checkout.", "age"));

        if (builder.Environment.IsDevelopment())
            builder.Services.AddHostedService<SeedCatalog>();
        builder.Services.AddHostedService<AnnounceStock>();
        builder.Services.AddHostedService<WatchDuePayments>();
    }
}
