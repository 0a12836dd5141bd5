using EShop.Users.Keys;
using EShop.Users.Limits;
using EShop.Users.Passwords;
using EShop.Users.Sessions;
using Microsoft.AspNetCore.HttpOverrides;

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
        services.AddHostedService<FirstStart>();
        services.AddHostedService<PurgeExpired>();
        builder.TrustGateway();
    }

    // The client's address is what the gateway says, and the gateway is whoever connects from ForwardedHeaders:KnownNetworks. The service has no public address, so by default
    // that is this machine and the private networks; the header of anybody else is not looked at. The gateway replaces what its clients send.
    private static void TrustGateway(this WebApplicationBuilder builder)
    {
        string[] networks = builder.Configuration.GetSection("ForwardedHeaders:KnownNetworks").Get<string[]>()
            ?? ["127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"];
        builder.Services.Configure<ForwardedHeadersOptions>(forwarded =>
        {
            forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost;
            forwarded.KnownProxies.Clear();
            forwarded.KnownIPNetworks.Clear();
            foreach (var network in networks)
                forwarded.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(network));
        });
    }
}
