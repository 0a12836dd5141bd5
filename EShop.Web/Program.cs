using EShop.ServiceDefaults;
using EShop.Web;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.TrustProxies(); // Nobody, unless ForwardedHeaders:KnownNetworks names the ingress in front.
builder.AddRateLimit();
builder.AddGateway();

var app = builder.Build();
app.UseForwardedHeaders();
app.UseSecurityHeaders();
app.UseExceptionHandler();
app.UseStatusCodePages(page => NotFound.ExecuteAsync(page.HttpContext));
app.UseRateLimit();
app.MapGateway();
app.Run();
