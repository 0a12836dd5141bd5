using EShop.Bill;
using EShop.Bill.Issuing;
using EShop.Contracts;
using EShop.Messaging;
using EShop.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddNpgsqlDbContext<BillDb>("billdb");
builder.AddTokenValidation();
builder.AddEventBus<BillDb>("bill", bus => bus
    .LockFirst<LockOrders>()
    .On<CartCheckedOut, RememberOrder>()
    .On<PaymentSucceeded, QueueInvoice>()
    .On<PaymentRefunded, KeepRefund>());
builder.AddIssuing();
builder.AddDrawing();

var app = builder.Build();
app.MapDefaultEndpoints();
app.MapBill();
app.MapEventBus<BillDb>();
app.Run();
