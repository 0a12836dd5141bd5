using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>What is said about containers.</summary>
public static class ContainerResourceBuilderExtensions
{
    /// <summary>Has the container's image built of a Dockerfile.</summary>
    /// <param name="builder">The container.</param>
    /// <param name="contextPath">What the build sees, relative to the app model's folder.</param>
    /// <param name="dockerfilePath">The file, relative to the context; null for <c>Dockerfile</c>.</param>
    /// <param name="stage">Which stage of it; null for the last.</param>
    public static IResourceBuilder<T> WithDockerfile<T>(this IResourceBuilder<T> builder, string contextPath, string? dockerfilePath = null, string? stage = null)
        where T : ContainerResource
    {
        var context = Path.GetFullPath(contextPath, builder.ApplicationBuilder.AppHostDirectory);
        return builder.WithAnnotation(
            new DockerfileBuildAnnotation(context, Path.GetFullPath(dockerfilePath ?? "Dockerfile", context), stage), ResourceAnnotationMutationBehavior.Replace);
    }
}
