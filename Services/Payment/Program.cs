using EShop.Contracts;
using EShop.Messaging;
using EShop.Payment;
using EShop.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddNpgsqlDbContext<PaymentDb>("paymentdb");
builder.AddTokenValidation();
builder.AddIdempotency();
builder.AddStripe();
builder.AddPayments();
builder.AddEventBus<PaymentDb>("payment", bus => bus
    .LockFirst<LockPayments>()
    .On<CartCheckedOut, KnowOrder>()
    .On<StockReserved, KnowOrder>()
    .On<StockRejected, KnowOrder>()
    .On<BillIssued, NoteInvoice>()
    .On<UserRegistered, NoteCustomer>());
builder.AddWorkers();

var app = builder.Build();
app.MapDefaultEndpoints();
app.MapPayment();
app.MapEventBus<PaymentDb>();
app.Run();
