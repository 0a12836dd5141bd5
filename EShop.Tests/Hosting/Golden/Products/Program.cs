// A service that says who it is, and is well.
var app = WebApplication.CreateSlimBuilder(args).Build();
app.MapGet("/", () => Environment.ProcessId);
app.MapGet("/health", () => "Healthy");
app.Run();
