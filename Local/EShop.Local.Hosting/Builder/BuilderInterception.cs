namespace Aspire.Hosting;

/// <summary>
/// How a test gets hold of an app model that is written as a program: the program runs on a thread of its own up to <c>Build()</c>, where it
/// stands still while the test looks at the builder and changes it; its <c>Run()</c> then waits until the test has disposed the application.
/// </summary>
internal sealed class BuilderInterception(Action<DistributedApplicationOptions> configure)
{
    private static readonly AsyncLocal<BuilderInterception?> Current = new();

    private readonly Action<DistributedApplicationOptions> _configure = configure;
    private readonly TaskCompletionSource<DistributedApplicationBuilder> _builder = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<DistributedApplication> _application = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _build = new();

    public Task<DistributedApplicationBuilder> Builder => _builder.Task;

    public static IDistributedApplicationBuilder Create(DistributedApplicationOptions options)
    {
        Current.Value?._configure(options);
        return new DistributedApplicationBuilder(options);
    }

    public static DistributedApplication Build(DistributedApplicationBuilder builder, Func<DistributedApplication> build)
    {
        if (Current.Value is not { } test)
            return build();
        test._builder.TrySetResult(builder);
        test._build.Task.GetAwaiter().GetResult();
        var application = build();
        application.IsDrivenByTest = true;
        test._application.TrySetResult(application);
        return application;
    }

    /// <summary>Runs the program up to its <c>Build()</c>.</summary>
    public Task<DistributedApplicationBuilder> Run(Action program)
    {
        // A thread, for the program blocks in Run() as long as the application lives.
        new Thread(() =>
        {
            Current.Value = this;
            try
            {
                program();
                _builder.TrySetException(new InvalidOperationException("The app model's program ended without building an application."));
            }
            catch (Exception e) when (_builder.TrySetException(e) || _application.TrySetException(e))
            {
                // Whoever waits for the builder or the application has the exception now.
                return;
            }
        })
        { IsBackground = true, Name = "app model" }.Start();
        return Builder;
    }

    /// <summary>Lets the program go on.</summary>
    public Task<DistributedApplication> Build()
    {
        _build.TrySetResult();
        return _application.Task;
    }
}
