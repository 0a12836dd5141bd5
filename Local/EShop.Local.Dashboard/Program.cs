using EShop.Local.Dashboard;
using EShop.Local.Dashboard.Access;
using EShop.Local.Dashboard.Otlp;
using EShop.Local.Dashboard.Pages;
using EShop.Local.Dashboard.Resources;
using EShop.Local.Dashboard.Store;
using Microsoft.AspNetCore.DataProtection;
using Radzen;

// What the shop's processes do, and where the time goes. A process of its own, so that a flood of telemetry slows down nobody else.
var builder = WebApplication.CreateBuilder(args);
builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning).AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Error).AddFilter("Grpc", LogLevel.Warning).AddFilter("System.Net.Http", LogLevel.Warning);
builder.Listen();

builder.Services.AddSingleton(AccessOptions.Read(builder.Configuration));
builder.Services.AddSingleton(builder.Configuration.GetSection(Limits.Section).Get<Limits>() ?? new Limits());
builder.Services.AddSingleton(TimeProvider.System).AddSingleton<Telemetry>().AddSingleton<Intake>();
builder.Services.AddSingleton<Board>().AddSingleton<HostLink>().AddHostedService<BoardKeeper>();
builder.Services.AddGrpc(grpc => grpc.Interceptors.Add<OtlpKey>());
builder.Services.AddDataProtection().UseEphemeralDataProtectionProvider();
builder.Services.AddRadzenComponents().AddScoped<Live>().AddRazorComponents().AddInteractiveServerComponents();

var app = builder.Build();
app.UseGate();
app.UseAntiforgery();
app.MapOtlpGrpc();
app.MapOtlpHttp();
app.MapResourcesApi();
app.MapStaticAssets();
app.MapRazorComponents<App>().AddInteractiveServerRenderMode();
app.Run();
