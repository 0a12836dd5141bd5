using EShop.ServiceDefaults;
using EShop.Users.Accounts;
using EShop.Users.Keys;
using EShop.Users.Sessions;

namespace EShop.Users;

internal static class UsersApi
{
    public static void MapUsers(this WebApplication app)
    {
        var users = app.MapApi("/api/users", "Users");
        users.MapGet("/me", GetMe.HandleAsync).RequireUser().Produces(StatusCodes.Status304NotModified).WithName("GetMe").WithSummary("One's own account.");
        users.MapPut("/me/password", ChangePassword.HandleAsync).RequireUser().WithName("ChangePassword").WithSummary("A new password; every other login ends.")
            .WithProblem(ProblemType.VersionMismatch).WithProblem(ProblemType.TooManyRequests);
        users.MapPut("/{id}/role", SetRole.HandleAsync).RequireAdmin().WithName("SetRole").WithSummary("Makes somebody an admin, or a customer again.")
            .WithProblem(ProblemType.NotFound).WithProblem(ProblemType.LastAdmin).WithProblem(ProblemType.VersionMismatch);
        users.MapGet("/", ListUsers.HandleAsync).RequireAdmin().WithName("ListUsers").WithSummary("Everybody, newest first.");

        var sessions = app.MapApi("/api/users", "Sessions").AddEndpointFilter(NotStoredAsync);
        sessions.MapPost("/register", Register.HandleAsync).WithName("Register").WithSummary("Opens an account and signs in.")
            .WithProblem(ProblemType.EmailTaken).WithProblem(ProblemType.TooManyRequests);
        sessions.MapPost("/login", Login.HandleAsync).WithName("Login").WithSummary("Signs in with e-mail address and password.")
            .WithProblem(ProblemType.Unauthorized).WithProblem(ProblemType.TooManyRequests);
        sessions.MapPost("/refresh", Refresh.HandleAsync).WithName("Refresh").WithSummary("Takes a refresh token, once, for a new pair.")
            .WithProblem(ProblemType.Unauthorized);
        sessions.MapPost("/logout", Logout.HandleAsync).RequireUser().WithName("Logout").WithSummary("Revokes the refresh tokens of this login.");
        sessions.MapGet("/validate", Validate.HandleAsync).RequireUser().WithName("ValidateToken").WithSummary("Whose token this is, and until when.");

        var keys = app.MapGroup("/.well-known").WithTags("Keys");
        keys.MapGet("/openid-configuration", GetOpenIdConfiguration.Handle).WithName("GetOpenIdConfiguration").WithSummary("Who issues tokens, and where the keys are.");
        keys.MapGet("/jwks.json", GetJsonWebKeys.Handle).WithName("GetJsonWebKeys").WithSummary("The public keys that tokens are signed with.");
    }

    // Tokens are in these answers: no cache on the way may keep one.
    private static ValueTask<object?> NotStoredAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        invocation.HttpContext.Response.Headers.CacheControl = "no-store";
        return next(invocation);
    }
}
