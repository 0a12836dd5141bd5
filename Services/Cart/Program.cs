using EShop.Cart;
using EShop.Cart.Catalogue;
using EShop.Cart.Items;
using EShop.Cart.Orders;
using EShop.Contracts;
using EShop.Messaging;
using EShop.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddNpgsqlDbContext<CartDb>("cartdb");
builder.AddTokenValidation();
builder.AddIdempotency();
builder.AddEventBus<CartDb>("cart", bus => bus
    .LockFirst<LockRows>()
    .On<ProductCreated, ReplicateProduct>()
    .On<ProductUpdated, ReplicateProduct>()
    .On<ProductDeleted, ReplicateProduct>()
    .On<StockChanged, ReplicateProduct>()
    .On<StockRejected, CloseOrder>()
    .On<PaymentSucceeded, CloseOrder>()
    .On<PaymentCanceled, CloseOrder>()
    .On<OrderUnknown, TellOrderAgain>());

builder.Services.AddOptions<StoreOptions>().BindConfiguration("Store").ValidateDataAnnotations().ValidateOnStart();
builder.Services.AddOptions<CartOptions>().BindConfiguration("Cart").ValidateDataAnnotations().ValidateOnStart();
builder.Services.AddScoped<CurrentCart>().AddScoped<CartEditor>().AddScoped<MergeGuestCart>().AddHostedService<PurgeExpired>().AddHostedService<RemindOfOrders>();

var app = builder.Build();
app.MapDefaultEndpoints();
app.MapCart();
app.MapEventBus<CartDb>();
app.Run();
