using EShop.Messaging;
using EShop.ServiceDefaults;
using EShop.Users;
using EShop.Users.Keys;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddNpgsqlDbContext<UsersDb>("usersdb");
builder.AddRedisClient("redis");
builder.AddTokenValidation<SigningKeys>();
builder.AddEventBus<UsersDb>("users");
builder.AddUsers();

var app = builder.Build();
app.UseForwardedHeaders();
app.MapDefaultEndpoints();
app.MapUsers();
app.MapEventBus<UsersDb>();
app.Run();
