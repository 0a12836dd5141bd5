using System.Runtime.CompilerServices;
using EShop.Tests.Guarantees;
using EShop.Tests.Messaging;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

/// <summary>Makes this assembly a service that can really be killed, or puts points to die at into one: named in <c>DOTNET_STARTUP_HOOKS</c> it runs before <c>Main</c>, and as a replica never gets there.</summary>
internal static class StartupHook
{
    public const string Name = "TEST_REPLICA_NAME";
    public const string Postgres = "TEST_REPLICA_POSTGRES";
    public const string Redis = "TEST_REPLICA_REDIS";

    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(CrashPoints.Folder) is { } folder)
            CrashPoints.Install(folder, Environment.GetEnvironmentVariable(CrashPoints.Service)!);
        if (Environment.GetEnvironmentVariable(Name) is { } name)
            RunReplica(name);
    }

    // Of its own, since a service that only has crash points knows none of what is used here.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void RunReplica(string name)
    {
        using var host = TestService.Build(
            name, Environment.GetEnvironmentVariable(Postgres)!, Environment.GetEnvironmentVariable(Redis)!, logging => logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Warning));
        host.Services.GetRequiredService<Script>().Run = (happened, _, _) =>
        {
            if (happened.Number == "kills")
                System.Diagnostics.Process.GetCurrentProcess().Kill();
            return happened.Number == "hangs" ? new TaskCompletionSource().Task : Task.CompletedTask;
        };
        host.Run();
        // After a hook that returns comes Main, and that is the whole suite once more.
        Environment.Exit(1);
    }
}
