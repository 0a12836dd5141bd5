var builder = DistributedApplication.CreateBuilder(args);

// What an operator decides.
var adminEmail = builder.AddParameter("admin-email", "admin@eshop.test").WithDescription("signs in as the first admin");
var adminPassword = builder.AddParameter("admin-password", new GenerateParameterDefault { MinLength = 16 }, secret: true, persist: true)
    .WithDescription("and this is the password");
var keyEncryption = builder.AddParameter("key-encryption", new GenerateParameterDefault { MinLength = 32 }, secret: true, persist: true);

// What lasts, and what carries events: servers of our own here; managed ones, by their connection strings, where it is deployed.
var publish = builder.ExecutionContext.IsPublishMode;
IResourceBuilder<IResourceWithConnectionString> postgres = publish ? builder.AddConnectionString("postgres") : builder.AddPostgres("postgres").WithDataVolume();
IResourceBuilder<IResourceWithConnectionString> redis = publish ? builder.AddConnectionString("redis") : builder.AddRedis("redis").WithDataVolume();

// The five services. Each waits for its own database and the broker, never for another service.
var users = builder.AddProject<Projects.Users>("users").Keeps("usersdb", postgres, redis)
    .WithEnvironment("Admin__Email", adminEmail)
    .WithEnvironment("Admin__Password", adminPassword)
    .WithEnvironment("Keys__Encryption", keyEncryption);
var products = builder.AddProject<Projects.Products>("products").Keeps("productsdb", postgres, redis).WithReference(users);
var cart = builder.AddProject<Projects.Cart>("cart").Keeps("cartdb", postgres, redis).WithReference(users);
var payment = builder.AddProject<Projects.Payment>("payment").Keeps("paymentdb", postgres, redis).WithReference(users);

// A browser draws the invoices, and its image has to hold one.
var bill = builder.AddProject<Projects.Bill>("bill").Keeps("billdb", postgres, redis).WithReference(users).WithSeller()
    .PublishAsDockerFile(image => image.WithDockerfile("..", "Services/Bill/Dockerfile"));

// Money: Stripe with a key, the sandbox without one while developing.
builder.AddStripe(payment, bill);

// One origin for browsers and scripts; what is no API is not found there, and that it says so means that it is up.
builder.AddProject<Projects.EShop_Web>("web")
    .WithReference(users).WithReference(products).WithReference(cart).WithReference(payment).WithReference(bill)
    .WithExternalHttpEndpoints()
    .DisableForwardedHeaders()
    .WithHttpHealthCheck("/", 404);

builder.Build().Run();
