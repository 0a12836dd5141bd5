using EShop.ServiceDefaults;
using EShop.Users.Keys;
using EShop.Users.Limits;
using EShop.Users.Passwords;
using EShop.Users.Sessions;

namespace EShop.Users;

internal static class UsersServices
{
    public static void AddUsers(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<KeysOptions>().BindConfiguration("Keys").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<AdminOptions>().BindConfiguration("Admin").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<PasswordOptions>().BindConfiguration("Passwords").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<LoginLimitOptions>().BindConfiguration("LoginLimits").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<TokenLifetimes>().BindConfiguration("Tokens")
            .Validate(lifetimes => lifetimes.AreValid, "Tokens: Lifetime is at most a day, and RefreshLifetime longer than Lifetime.").ValidateOnStart();
        services.AddSingleton<KeyEncryption>();
        services.AddSingleton<PasswordHasher>();
        services.AddSingleton<TokenIssuer>();
        services.AddSingleton<LocalFailures>();
        services.AddSingleton<LoginLimits>();
        services.AddScoped<LoginFamily>();
        services.AddHostedService<FirstStart>();
        services.AddHostedService<KeepKeys>();
        services.AddHostedService<PurgeExpired>();
        // Login limits count by the client's address, which the gateway tells. A service has no public address, so the gateway is whoever connects from this machine or a private
        // network; ForwardedHeaders:KnownNetworks says it more exactly.
        builder.TrustProxies("127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7");
    }
}
