using EShop.Local.Stripe;

// A process of its own that speaks Stripe's HTTP API, so that the shop knows one way to pay. Nothing here has been compared with the real Stripe.
var builder = WebApplication.CreateBuilder(args);
builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);

builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddSingleton(WebhookOptions.Read(builder.Configuration));
builder.Services.AddSingleton(new LedgerOptions(builder.Configuration["Data:Directory"] ?? Path.Combine(builder.Environment.ContentRootPath, ".data")));
builder.Services.AddSingleton<Faults>();
builder.Services.AddSingleton<InFlightKeys>();
builder.Services.AddSingleton<Ledger>();
builder.Services.AddSingleton<Dispatcher>();
builder.Services.AddHostedService<JournalWriter>();
builder.Services.AddHostedService<Webhooks>();

var app = builder.Build();
app.MapStripeApi();
LedgerPage.Map(app);
LedgerView.Map(app);
Challenge.Map(app);
Bank.Map(app);
Faults.Map(app);
FaultSwitches.Map(app);
app.MapGet("/health", () => "Healthy");
app.Run();
