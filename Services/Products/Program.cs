using EShop.Contracts;
using EShop.Messaging;
using EShop.Products;
using EShop.Products.Stock;
using EShop.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddNpgsqlDbContext<ProductsDb>("productsdb");
builder.AddTokenValidation();
builder.AddIdempotency();
builder.AddEventBus<ProductsDb>("products", bus => bus
    .LockFirst<LockStock>()
    .On<CartCheckedOut, ReserveStock>()
    .On<PaymentSucceeded, CommitStock>()
    .On<PaymentCanceled, ReleaseStock>()
    .On<PaymentRefunded, RestockRefund>());
builder.AddProducts();

var app = builder.Build();
app.MapDefaultEndpoints();
app.MapProducts();
app.MapEventBus<ProductsDb>();
app.Run();
